package io.gatehouse.checkpoint;

import java.util.Optional;

/**
 * The rotary embedding's keys in both dialects: "rope_theta" beside "rope_scaling", and the newer "rope_parameters"
 * that holds both.
 */
final class RopeKeys {
    private RopeKeys() {}

    static Rope read(ConfigFile file, double defaultTheta) {
        Optional<ConfigFile> parameters = file.findObject("rope_parameters");
        parameters.ifPresent(RopeKeys::requireDefault);
        file.findObject("rope_scaling").ifPresent(RopeKeys::requireDefault);
        double theta = parameters
                .flatMap(keys -> keys.findPositive("rope_theta"))
                .or(() -> file.findPositive("rope_theta"))
                .orElse(defaultTheta);
        return new Rope(theta, new RopeScaling.None());
    }

    private static void requireDefault(ConfigFile keys) {
        for (String key : new String[] {"rope_type", "type"}) {
            keys.findText(key).filter(type -> !type.equals("default")).ifPresent(type -> {
                throw keys.unsupported(key, type, "the default rotary embedding only");
            });
        }
        keys.findPositive("partial_rotary_factor").filter(factor -> factor != 1).ifPresent(factor -> {
            throw keys.unsupported("partial_rotary_factor", factor.toString(), "1");
        });
    }
}
