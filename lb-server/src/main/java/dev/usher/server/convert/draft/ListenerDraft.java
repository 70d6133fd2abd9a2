package dev.usher.server.convert.draft;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Cidr;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listener of a {@link Draft}, with rules for connections. */
public final class ListenerDraft {
    private final String name;
    private final Statement statement;
    private final Set<HostPort> bind = new LinkedHashSet<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Set<Cidr> trusted = new LinkedHashSet<>();
    private final Set<Cidr> allow = new LinkedHashSet<>();
    private final Set<Cidr> deny = new LinkedHashSet<>();
    private ListenerType type = ListenerType.TLS;
    private AcceptProxyProtocol acceptProxyProtocol = AcceptProxyProtocol.NONE;
    private @Nullable Duration helloTimeout;
    private int redirect = HttpConfig.DEFAULT.redirect();
    private int maxConnections = ListenerConfig.DEFAULT_MAX_CONNECTIONS;
    private boolean freebind;
    private @Nullable Duration tcpUserTimeout;
    private @Nullable Rule defaultRule;
    private @Nullable Rule namelessRule;
    private boolean namelessToo = true;
    private final Map<NotTls.Protocol, Rule> notTls = new EnumMap<>(NotTls.Protocol.class);
    private @Nullable Rule silentRule;
    private final List<Request> requests = new ArrayList<>();
    private @Nullable HttpRule defaultRequests;

    public ListenerDraft(String name, Statement statement) {
        this.name = name;
        this.statement = statement;
    }

    public String name() {
        return name;
    }

    public Statement statement() {
        return statement;
    }

    public ListenerType type() {
        return type;
    }

    public void type(ListenerType type) {
        this.type = type;
    }

    /** Adds an address; wildcards of both families become the wildcard of every address. */
    public void bind(HostPort address) {
        HostPort v4 = new HostPort("0.0.0.0", address.port());
        HostPort v6 = new HostPort("::", address.port());
        HostPort both = new HostPort("", address.port());
        bind.add(address);
        if (bind.contains(both) || (bind.contains(v4) && bind.contains(v6))) {
            bind.removeAll(List.of(v4, v6));
            bind.add(both);
        }
    }

    public List<HostPort> binds() {
        return List.copyOf(bind);
    }

    public void add(Rule rule) {
        rules.add(rule);
    }

    public List<Rule> rules() {
        return rules;
    }

    public boolean hasRules() {
        return !rules.isEmpty();
    }

    /** The rule for names without a rule, and for hellos without a name. */
    public void otherwise(Rule rule) {
        otherwise(rule, Request.relayed(rule.pool()));
    }

    /** The same, with the treatment of requests to an HTTP listener. */
    public void otherwise(Rule rule, HttpRule requests) {
        defaultRule = rule;
        defaultRequests = requests;
    }

    public @Nullable HttpRule defaultRequests() {
        return defaultRequests;
    }

    public @Nullable Rule otherwise() {
        return defaultRule;
    }

    /** Has the default rule serve names only, and no hello without a name. */
    public void namesOnly() {
        namelessToo = false;
    }

    /** The rule for hellos without a name, where the default rule is for names alone. */
    public void nameless(Rule rule) {
        namelessRule = rule;
    }

    public @Nullable Rule nameless() {
        return namelessRule == null && namelessToo ? defaultRule : namelessRule;
    }

    /** Serves a protocol other than TLS; the first rule for a protocol counts. */
    public void notTls(NotTls.Protocol protocol, Rule rule) {
        notTls.putIfAbsent(protocol, rule);
    }

    public Map<NotTls.Protocol, Rule> notTls() {
        return notTls;
    }

    /** Serves clients that wait for the server to speak; the first rule counts. */
    public void silent(Rule rule) {
        silentRule = silentRule == null ? rule : silentRule;
    }

    public @Nullable Rule silent() {
        return silentRule;
    }

    /** Whether clients are served that send no hello. */
    public boolean servesOthers() {
        return !notTls.isEmpty() || silentRule != null;
    }

    public void helloTimeout(Duration timeout) {
        helloTimeout = timeout;
    }

    public @Nullable Duration helloTimeout() {
        return helloTimeout;
    }

    /** Has requests to an HTTP listener go to a pool. */
    public void add(Request request) {
        requests.add(request);
    }

    public List<Request> requests() {
        return requests;
    }

    /** Has an HTTP listener redirect with a status. */
    public void redirect(int status) {
        redirect = status;
    }

    public int redirect() {
        return redirect;
    }

    public void maxConnections(int max) {
        maxConnections = ListenerConfig.MAX_CONNECTIONS.check(max, "max_connections");
    }

    /** Lets addresses be missing on this machine. */
    public void freebind() {
        freebind = true;
    }

    public void tcpUserTimeout(Duration timeout) {
        tcpUserTimeout = timeout;
    }

    public ListenOptions options() {
        return new ListenOptions(freebind, false, tcpUserTimeout);
    }

    public int maxConnections() {
        return maxConnections;
    }

    /** Expects a PROXY header from the sources. */
    public void acceptProxy(AcceptProxyProtocol version, List<Cidr> sources) {
        acceptProxyProtocol = version;
        trusted.addAll(sources);
    }

    public AcceptProxyProtocol acceptProxyProtocol() {
        return acceptProxyProtocol;
    }

    public List<Cidr> trusted() {
        return List.copyOf(trusted);
    }

    /** Sources with access to the listener; empty for every source. */
    public Set<Cidr> allow() {
        return allow;
    }

    /** Sources without access to the listener. */
    public Set<Cidr> deny() {
        return deny;
    }
}
