package io.gatehouse.cli.terminal;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven wrote into the manifest of our jar. */
public final class GatehouseVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"gatehouse " + current()};
    }

    public static String current() {
        return Optional.ofNullable(GatehouseVersion.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
