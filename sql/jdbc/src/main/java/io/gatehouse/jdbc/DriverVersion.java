package io.gatehouse.jdbc;

import java.util.Optional;

/** The version of this driver, as its jar says. */
final class DriverVersion {
    private DriverVersion() {}

    static String text() {
        return Optional.ofNullable(DriverVersion.class.getPackage().getImplementationVersion())
                .orElse("0.0");
    }

    static int major() {
        return part(text(), 0);
    }

    static int minor() {
        return part(text(), 1);
    }

    /** A number of a version such as 0.1.0-SNAPSHOT; 0 where there is none. */
    static int part(String version, int index) {
        String[] parts = version.split("[.-]", -1);
        return index < parts.length && parts[index].matches("\\d{1,9}") ? Integer.parseInt(parts[index]) : 0;
    }
}
