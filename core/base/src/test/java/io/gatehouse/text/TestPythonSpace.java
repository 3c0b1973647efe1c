package io.gatehouse.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Against what Python 3.11 says. */
final class TestPythonSpace {
    @Test
    void knowsTheTwentyNineSpacesOfPython() {
        StringBuilder spaces = new StringBuilder();
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            if (PythonSpace.isSpace(c)) {
                spaces.append((char) c);
            }
        }
        assertThat(spaces)
                .hasToString("\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680"
                        + "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
                        + "\u2028\u2029\u202f\u205f\u3000");
    }

    @Test
    void stripsAndSplitsAsPythonDoes() {
        assertThat(PythonSpace.strip("\u0085 a b\u00a0")).isEqualTo("a b");
        assertThat(PythonSpace.strip(" \n")).isEmpty();
        assertThat(PythonSpace.split("  a\u0085b  c ", Integer.MAX_VALUE)).containsExactly("a", "b", "c");
        assertThat(PythonSpace.split("  a b  c ", 1)).containsExactly("a", "b  c ");
        assertThat(PythonSpace.split(" a ", 0)).containsExactly("a ");
        assertThat(PythonSpace.split(" ", 3)).isEmpty();
    }
}
