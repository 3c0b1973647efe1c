package io.gatehouse.study;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A file that belongs to the study. */
public final class StudyResource {
    private StudyResource() {}

    /** Its text, by its path below {@code io/gatehouse/study}. */
    public static String text(String path) {
        try (InputStream in = StudyResource.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalArgumentException("No resource " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
