package io.gatehouse.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the manifest of our jar. */
final class GatehouseVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"gatehouse " + current()};
    }

    static String current() {
        return Optional.ofNullable(GatehouseVersion.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
