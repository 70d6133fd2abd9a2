package dev.usher.kubernetes;

import dev.usher.kubernetes.Translation.ClassVerdict;
import dev.usher.kubernetes.Translation.GatewayVerdicts;
import dev.usher.kubernetes.Translation.ListenerVerdicts;
import dev.usher.kubernetes.Translation.ParentVerdicts;
import dev.usher.kubernetes.Translation.RouteVerdicts;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClassBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayStatusAddress;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ListenerStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ListenerStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteGroupKindBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.SupportedFeature;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.TLSRouteBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Verdicts as the statuses of objects: pure functions. Entries and conditions of others stay. A condition keeps the time
 * of its last transition while it says the same, so that usher's pods agree on a status, and write it once.
 */
final class Statuses {
    private static final List<String> FEATURES = List.of("Gateway", "ReferenceGrant", "TLSRoute");

    private final String controller;
    private final List<String> addresses;
    private final String now;

    /** @param addresses where clients reach usher; empty if unknown */
    Statuses(String controller, List<String> addresses, Instant now) {
        this.controller = controller;
        this.addresses = addresses;
        this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    GatewayClass of(ClassVerdict verdict) {
        GatewayClass own = verdict.of();
        List<Condition> before =
                own.getStatus() == null ? List.of() : own.getStatus().getConditions();
        return new GatewayClassBuilder(own)
                .editOrNewStatus()
                .withConditions(conditions(
                        before, List.of(verdict.accepted()), own.getMetadata().getGeneration()))
                .withSupportedFeatures(FEATURES.stream().map(Statuses::feature).toList())
                .endStatus()
                .build();
    }

    private static SupportedFeature feature(String name) {
        SupportedFeature feature = new SupportedFeature();
        feature.setName(name);
        return feature;
    }

    // ---- Gateways ----

    Gateway of(GatewayVerdicts verdicts) {
        Gateway gateway = verdicts.of();
        GatewayStatus before = gateway.getStatus() == null ? new GatewayStatus() : gateway.getStatus();
        Long generation = gateway.getMetadata().getGeneration();
        return new GatewayBuilder(gateway)
                .editOrNewStatus()
                .withConditions(conditions(before.getConditions(), verdicts.verdicts(), generation))
                .withListeners(verdicts.listeners().stream()
                        .map(listener -> of(listener, before.getListeners(), generation))
                        .toList())
                .withAddresses(addresses.stream().map(Statuses::address).toList())
                .endStatus()
                .build();
    }

    private ListenerStatus of(ListenerVerdicts listener, List<ListenerStatus> before, Long generation) {
        String name = listener.of().getName();
        List<Condition> known = before.stream()
                .filter(each -> name.equals(each.getName()))
                .findFirst()
                .map(ListenerStatus::getConditions)
                .orElse(List.of());
        ListenerStatusBuilder status = new ListenerStatusBuilder()
                .withName(name)
                .withAttachedRoutes(listener.attachedRoutes())
                .withConditions(conditions(known, listener.verdicts(), generation));
        if (ListenerRules.takesTlsRoutes(listener.of())) {
            status.withSupportedKinds(new RouteGroupKindBuilder()
                    .withGroup(ListenerRules.GROUP)
                    .withKind(ListenerRules.KIND)
                    .build());
        }
        return status.build();
    }

    private static GatewayStatusAddress address(String text) {
        GatewayStatusAddress address = new GatewayStatusAddress();
        boolean ip = text.indexOf(':') >= 0 || text.chars().allMatch(each -> each == '.' || Character.isDigit(each));
        address.setType(ip ? "IPAddress" : "Hostname");
        address.setValue(text);
        return address;
    }

    // ---- routes ----

    TLSRoute of(RouteVerdicts verdicts) {
        TLSRoute route = verdicts.of();
        List<RouteParentStatus> before =
                route.getStatus() == null ? List.of() : route.getStatus().getParents();
        List<RouteParentStatus> parents =
                new ArrayList<>(before.stream().filter(each -> !isOwn(each)).toList());
        verdicts.parents()
                .forEach(
                        each -> parents.add(of(each, before, route.getMetadata().getGeneration())));
        return new TLSRouteBuilder(route)
                .editOrNewStatus()
                .withParents(parents)
                .endStatus()
                .build();
    }

    private boolean isOwn(RouteParentStatus parent) {
        return controller.equals(parent.getControllerName());
    }

    private RouteParentStatus of(ParentVerdicts verdicts, List<RouteParentStatus> before, Long generation) {
        List<Condition> known = before.stream()
                .filter(each -> isOwn(each) && verdicts.parent().equals(each.getParentRef()))
                .findFirst()
                .map(RouteParentStatus::getConditions)
                .orElse(List.of());
        return new RouteParentStatusBuilder()
                .withControllerName(controller)
                .withParentRef(verdicts.parent())
                .withConditions(conditions(known, verdicts.verdicts(), generation))
                .build();
    }

    // ---- conditions ----

    private List<Condition> conditions(List<Condition> before, List<Verdict> verdicts, Long generation) {
        Stream<Condition> foreign = before.stream()
                .filter(each ->
                        verdicts.stream().noneMatch(verdict -> verdict.type().equals(each.getType())));
        Stream<Condition> own = verdicts.stream().map(verdict -> condition(before, verdict, generation));
        return Stream.concat(own, foreign).toList();
    }

    private Condition condition(List<Condition> before, Verdict verdict, Long generation) {
        String status = verdict.holds() ? "True" : "False";
        Optional<String> since = before.stream()
                .filter(each -> verdict.type().equals(each.getType()) && status.equals(each.getStatus()))
                .map(Condition::getLastTransitionTime)
                .filter(Objects::nonNull)
                .findFirst();
        return new ConditionBuilder()
                .withType(verdict.type())
                .withStatus(status)
                .withReason(verdict.reason())
                .withMessage(verdict.message())
                .withObservedGeneration(generation)
                .withLastTransitionTime(since.orElse(now))
                .build();
    }
}
