package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.function.FunctionNote;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.store.schema.DomainFunction;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TestFunctionNotes {
    @Test
    void everyFunctionHasOneNoteAndNoneIsOfAFunctionThatIsNotThere() {
        TreeSet<String> functions = new TreeSet<>(FunctionTable.INSTANCE.functionNames());
        DomainFunction.all().forEach(function -> functions.add(function.name()));
        TableFunction.all().forEach(function -> functions.add(function.name()));
        List<String> noted = FunctionNote.all().stream().map(FunctionNote::name).toList();
        assertThat(noted).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(noted)).isEqualTo(functions);
    }

    @Test
    void formsAreTakenApart() {
        assertThat(FunctionNote.find("ROUND")).hasValueSatisfying(note -> {
            assertThat(note.forms()).containsExactly("round(x)", "round(x, digits)");
            assertThat(note.group()).isEqualTo("Numbers");
        });
    }
}
