package io.gatehouse.cli.check;

import io.gatehouse.cli.check.CheckReport.Result;
import io.gatehouse.cli.check.Outcome.Erred;
import io.gatehouse.cli.check.Outcome.Failed;
import io.gatehouse.cli.terminal.CellText;
import io.gatehouse.error.FileFailure;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes JUnit XML as CI servers read it: a test suite for each file, a test case for each check. */
final class JUnitFile {
    private JUnitFile() {}

    static void write(Path target, List<CheckReport> reports) {
        try (Writer out = Files.newBufferedWriter(target, StandardCharsets.UTF_8)) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuites");
            xml.writeAttribute("name", "gatehouse check");
            for (CheckReport report : reports) {
                suite(xml, report);
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeCharacters("\n");
            xml.writeEndDocument();
            xml.close();
        } catch (IOException e) {
            throw FileFailure.writing(target, e);
        } catch (XMLStreamException e) {
            throw FileFailure.writing(
                    target,
                    e.getNestedException() instanceof IOException cause ? cause : new IOException(e.getMessage(), e));
        }
    }

    private static void suite(XMLStreamWriter xml, CheckReport report) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", attribute(report.file().toString()));
        xml.writeAttribute("tests", String.valueOf(report.results().size()));
        xml.writeAttribute("failures", String.valueOf(report.count(Failed.class)));
        xml.writeAttribute("errors", String.valueOf(report.count(Erred.class)));
        xml.writeAttribute(
                "time",
                seconds(report.results().stream().mapToDouble(Result::seconds).sum()));
        for (Result result : report.results()) {
            testCase(xml, report.file(), result);
        }
        xml.writeCharacters("\n  ");
        xml.writeEndElement();
    }

    private static void testCase(XMLStreamWriter xml, Path file, Result result) throws XMLStreamException {
        xml.writeCharacters("\n    ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", attribute(file.toString()));
        xml.writeAttribute("name", attribute(result.name()));
        xml.writeAttribute("time", seconds(result.seconds()));
        if (result.outcome() instanceof Failed failed) {
            element(xml, "failure", "check", failed.reason(), failed.details());
        } else if (result.outcome() instanceof Erred erred) {
            element(xml, "error", erred.error().code().name(), CheckReport.message(erred), erred.place());
        }
        xml.writeEndElement();
    }

    private static void element(XMLStreamWriter xml, String name, String type, String message, String text)
            throws XMLStreamException {
        xml.writeCharacters("\n      ");
        xml.writeStartElement(name);
        xml.writeAttribute("type", type);
        xml.writeAttribute("message", attribute(message));
        xml.writeCharacters(allowed(text));
        xml.writeEndElement();
        xml.writeCharacters("\n    ");
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    private static String attribute(String text) {
        return allowed(CellText.visible(text));
    }

    /** XML 1.0 cannot hold some characters, not even escaped. */
    private static String allowed(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]", "\ufffd");
    }
}
