package dev.usher.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.KubernetesSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ReferenceGrant;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files of deploy/kubernetes, as the models of the API read them: no key unknown, no name that leads nowhere. */
class DeployFilesTest {
    private static final Path FILES =
            Path.of("..", "deploy", "kubernetes").toAbsolutePath().normalize();
    private static final KubernetesSerialization YAML = new KubernetesSerialization();

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(FILES)) {
            return all.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static HasMetadata read(Path file) {
        try {
            return YAML.unmarshal(Files.readString(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static <T extends HasMetadata> T read(String file, Class<T> type) {
        return assertInstanceOf(type, read(FILES.resolve(file)));
    }

    private static List<PodTemplateSpec> pods() {
        return List.of(
                read("deployment/deployment.yaml", Deployment.class).getSpec().getTemplate(),
                read("host-ports/daemon-set.yaml", DaemonSet.class).getSpec().getTemplate());
    }

    private static Container usher(PodTemplateSpec pod) {
        return pod.getSpec().getContainers().getFirst();
    }

    // strict: every key is one of the API

    @Test
    void noKeyIsUnknown() throws Exception {
        List<String> unknown = new ArrayList<>();
        for (Path file : files()) {
            if (file.endsWith("usher.yaml") || file.endsWith("kustomization.yaml")) {
                continue;
            }
            HasMetadata object = read(file);
            assertEquals(
                    "usher", Objects.requireNonNullElse(object.getMetadata().getNamespace(), "usher"), file::toString);
            if (file.endsWith("service-monitor.yaml")) {
                assertInstanceOf(GenericKubernetesResource.class, object);
            } else {
                collectUnknown(object, FILES.relativize(file).toString(), unknown);
            }
        }
        assertEquals(List.of(), unknown);
    }

    /** The models keep unknown keys aside, and write them out again. */
    private static void collectUnknown(Object value, String at, List<String> unknown) throws Exception {
        switch (value) {
            case Collection<?> list -> {
                for (Object each : list) {
                    collectUnknown(each, at, unknown);
                }
            }
            case KubernetesResource object -> {
                for (Method getter : object.getClass().getMethods()) {
                    if (!getter.getName().startsWith("get")
                            || getter.getParameterCount() > 0
                            || getter.getName().equals("getClass")) {
                        continue;
                    }
                    Object part = getter.invoke(object);
                    if (getter.getName().equals("getAdditionalProperties")) {
                        ((Map<?, ?>) part).keySet().forEach(key -> unknown.add(at + ": " + key));
                    } else if (part != null) {
                        collectUnknown(part, at + "/" + getter.getName().substring(3), unknown);
                    }
                }
            }
            default -> {}
        }
    }

    @Test
    void anUnknownKeyWouldBeFound() throws Exception {
        List<String> unknown = new ArrayList<>();
        String changed =
                Files.readString(FILES.resolve("deployment/deployment.yaml")).replace("periodSeconds", "periodSecond");
        collectUnknown(YAML.unmarshal(changed), "deployment", unknown);
        assertEquals(3, unknown.size(), unknown::toString);
    }

    // kustomize

    @Test
    void eachFileIsPartOfAKustomization() throws Exception {
        Set<Path> used = new HashSet<>();
        for (Path file : files()) {
            if (file.endsWith("kustomization.yaml")) {
                used.add(file);
                Map<?, ?> kustomization = YAML.unmarshal(Files.readString(file), Map.class);
                Stream<?> generated = kustomization.get("configMapGenerator") instanceof List<?> maps
                        ? list((Map<?, ?>) maps.getFirst(), "files").stream()
                        : Stream.empty();
                Stream<?> patches = kustomization.get("patches") instanceof List<?> all
                        ? all.stream().map(each -> ((Map<?, ?>) each).get("path"))
                        : Stream.empty();
                Stream.of(list(kustomization, "resources").stream(), generated, patches)
                        .flatMap(each -> each)
                        .map(each -> file.resolveSibling(each.toString()).normalize())
                        .forEach(each -> {
                            assertTrue(Files.exists(each), each::toString);
                            if (!Files.isDirectory(each)) {
                                used.add(each);
                            }
                        });
            }
        }
        assertEquals(Set.copyOf(files()), used);
    }

    private static List<?> list(Map<?, ?> of, String key) {
        return (List<?>) Objects.requireNonNull(of.get(key), key);
    }

    // names that must fit each other

    @Test
    void selectorsFindThePods() {
        Deployment deployment = read("deployment/deployment.yaml", Deployment.class);
        DaemonSet daemonSet = read("host-ports/daemon-set.yaml", DaemonSet.class);
        List<Map<String, String>> selectors = List.of(
                deployment.getSpec().getSelector().getMatchLabels(),
                deployment
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getTopologySpreadConstraints()
                        .getFirst()
                        .getLabelSelector()
                        .getMatchLabels(),
                daemonSet.getSpec().getSelector().getMatchLabels(),
                read("deployment/service.yaml", Service.class).getSpec().getSelector(),
                read("common/admin-service.yaml", Service.class).getSpec().getSelector(),
                read("deployment/pod-disruption-budget.yaml", PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels(),
                read("common/network-policy.yaml", NetworkPolicy.class)
                        .getSpec()
                        .getPodSelector()
                        .getMatchLabels());
        for (PodTemplateSpec pod : pods()) {
            for (Map<String, String> selector : selectors) {
                assertTrue(
                        !selector.isEmpty()
                                && pod.getMetadata().getLabels().entrySet().containsAll(selector.entrySet()),
                        selector::toString);
            }
        }
    }

    @Test
    void portsAreThoseOfTheContainer() {
        for (PodTemplateSpec pod : pods()) {
            Container usher = usher(pod);
            Set<String> ports =
                    usher.getPorts().stream().map(ContainerPort::getName).collect(Collectors.toSet());
            assertEquals(Set.of("https", "http", "admin"), ports);
            Stream.of(
                            Stream.of("deployment/service.yaml", "common/admin-service.yaml")
                                    .flatMap(file -> read(file, Service.class).getSpec().getPorts().stream())
                                    .map(ServicePort::getTargetPort),
                            read("common/network-policy.yaml", NetworkPolicy.class).getSpec().getIngress().stream()
                                    .flatMap(rule -> rule.getPorts().stream())
                                    .map(port -> port.getPort()),
                            Stream.of(usher.getStartupProbe(), usher.getReadinessProbe(), usher.getLivenessProbe())
                                    .map(Probe::getHttpGet)
                                    .map(HTTPGetAction::getPort))
                    .flatMap(each -> each)
                    .forEach(port -> assertTrue(ports.contains(port.getStrVal()), port::toString));
        }
        assertEquals(
                "Local",
                read("deployment/service.yaml", Service.class).getSpec().getExternalTrafficPolicy());
    }

    @Test
    void volumesAreThere() {
        for (PodTemplateSpec pod : pods()) {
            PodSpec spec = pod.getSpec();
            assertEquals(
                    spec.getVolumes().stream().map(Volume::getName).toList(),
                    usher(pod).getVolumeMounts().stream()
                            .map(VolumeMount::getName)
                            .toList());
            assertTrue(usher(pod).getVolumeMounts().stream()
                    .allMatch(mount -> mount.getSubPath() == null)); // else a change never comes
            assertEquals("usher", spec.getVolumes().getFirst().getConfigMap().getName());
        }
    }

    @Test
    void theTwoKindsOfPodsAreAlike() {
        PodTemplateSpec deployment = pods().getFirst();
        PodTemplateSpec daemonSet = pods().getLast();
        deployment.getSpec().setTopologySpreadConstraints(List.of());
        daemonSet.getSpec().setTopologySpreadConstraints(List.of());
        usher(daemonSet).getPorts().forEach(port -> port.setHostPort(null));
        assertEquals(YAML.asYaml(deployment), YAML.asYaml(daemonSet));
    }

    @Test
    void theDrainFitsIntoTheGracePeriod() throws Exception {
        Matcher drain = Pattern.compile("drain: (\\d+)s").matcher(Files.readString(FILES.resolve("common/usher.yaml")));
        assertTrue(drain.find());
        for (PodTemplateSpec pod : pods()) {
            int sleep = Integer.parseInt(usher(pod)
                    .getLifecycle()
                    .getPreStop()
                    .getExec()
                    .getCommand()
                    .getLast());
            long rest = pod.getSpec().getTerminationGracePeriodSeconds() - sleep - Integer.parseInt(drain.group(1));
            assertTrue(rest >= 10, "seconds left: " + rest);
        }
    }

    @Test
    void theConfigurationListensAtTheContainersPorts() throws Exception {
        String yaml = Files.readString(FILES.resolve("common/usher.yaml"));
        for (ContainerPort port : usher(pods().getFirst()).getPorts()) {
            assertTrue(yaml.contains(":" + port.getContainerPort()), port::toString);
        }
    }

    @Test
    void theRoleAllowsWhatUsherDoes() {
        ClusterRole role = read("gateway-api/cluster-role.yaml", ClusterRole.class);
        List<Class<? extends HasMetadata>> watched = List.of(
                GatewayClass.class,
                Gateway.class,
                TLSRoute.class,
                ReferenceGrant.class,
                Service.class,
                EndpointSlice.class,
                Namespace.class,
                Ingress.class);
        for (Class<? extends HasMetadata> kind : watched) {
            assertTrue(allows(role, kind, "", List.of("list", "watch")), kind::toString);
        }
        for (Class<? extends HasMetadata> kind : watched.subList(0, 3)) {
            assertTrue(allows(role, kind, "/status", List.of("update")), kind::toString);
        }
        ClusterRoleBinding binding = read("gateway-api/cluster-role-binding.yaml", ClusterRoleBinding.class);
        assertEquals(role.getMetadata().getName(), binding.getRoleRef().getName());
        assertEquals(
                pods().getFirst().getSpec().getServiceAccountName(),
                binding.getSubjects().getFirst().getName());
        assertEquals(
                KubernetesSource.DEFAULT_CONTROLLER,
                read("gateway-api/gateway-class.yaml", GatewayClass.class)
                        .getSpec()
                        .getControllerName());
    }

    private static boolean allows(
            ClusterRole role, Class<? extends HasMetadata> kind, String part, List<String> verbs) {
        return role.getRules().stream()
                .anyMatch(rule -> rule.getApiGroups().contains(HasMetadata.getGroup(kind))
                        && rule.getResources().contains(HasMetadata.getPlural(kind) + part)
                        && rule.getVerbs().containsAll(verbs));
    }

    @Test
    void theServiceMonitorAsksTheAdminService() {
        GenericKubernetesResource monitor = read("monitoring/service-monitor.yaml", GenericKubernetesResource.class);
        Service admin = read("common/admin-service.yaml", Service.class);
        assertEquals(admin.getMetadata().getLabels(), monitor.get("spec", "selector", "matchLabels"));
        assertEquals(admin.getSpec().getPorts().getFirst().getName(), monitor.get("spec", "endpoints", 0, "port"));
    }
}
