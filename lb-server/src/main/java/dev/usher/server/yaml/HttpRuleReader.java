package dev.usher.server.yaml;

import dev.usher.config.AddressRules;
import dev.usher.config.HttpRule;
import dev.usher.config.HttpRule.Action;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the treatment of HTTP requests without TLS: {@code redirect}, {@code acme}, {@code forward}, or the long form.
 *
 * @param rules for addresses of a pool made of backends in the rule
 */
record HttpRuleReader(PoolReader pools, Problems problems, AddressRules rules) {
    /**
     * Reads the rule under a key.
     *
     * @param bringer name for a pool made of backends in the rule
     * @param subject owner of the rule, for example "route www.example.com"
     * @return empty if absent or faulty; a fault is noted
     */
    Optional<HttpRule> read(Fields owner, String key, String bringer, String subject) {
        if (!(owner.item(key) instanceof Item.Mapping)) {
            return owner.has(key)
                    ? Optional.of(HttpRule.of(owner.choice(key, Action.class, Action.REDIRECT)))
                    : Optional.empty();
        }
        Fields fields = owner.fields(key);
        return fields == null ? Optional.empty() : longForm(fields, bringer, subject);
    }

    private Optional<HttpRule> longForm(Fields fields, String bringer, String subject) {
        fields.require("action");
        Action action = fields.choice("action", Action.class, Action.REDIRECT);
        String pool = pool(fields, action, bringer, subject);
        boolean forwardedHeaders = fields.flag("forwarded_headers", false);
        if (action != Action.FORWARD) {
            fields.refuse("websocket", "is for action forward");
        }
        boolean websocket = fields.flag("websocket", false);
        fields.done();
        return problems.hasErrors()
                ? Optional.empty()
                : Optional.of(new HttpRule(action, pool, forwardedHeaders, websocket));
    }

    private @Nullable String pool(Fields fields, Action action, String bringer, String subject) {
        if (action == Action.REDIRECT && fields.has("action")) {
            fields.refuse("pool", "is for action acme or forward: a redirect needs no backend");
            fields.item("pool");
            return null;
        }
        Item item = fields.item("pool");
        return item == null ? null : pools.target(fields, item, fields.path("pool"), bringer, subject, rules);
    }
}
