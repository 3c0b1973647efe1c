package io.gatehouse.store.run;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;

/**
 * What the file holds of a run so far.
 *
 * @param shards numbers of the shards in the ledger
 * @param answered ids of the questions with an answer
 * @param correct how many of them are answered rightly
 */
public record Committed(BitSet shards, BitSet answered, int correct) {
    public static Committed nothing() {
        return new Committed(new BitSet(), new BitSet(), 0);
    }

    public static Committed read(Connection connection, int runId) throws SQLException {
        BitSet shards = new BitSet();
        BitSet answered = new BitSet();
        int correct = 0;
        try (PreparedStatement select = connection.prepareStatement("SELECT shard FROM run_shards WHERE run_id = ?")) {
            select.setInt(1, runId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    shards.set(rows.getInt(1));
                }
            }
        }
        try (PreparedStatement select =
                connection.prepareStatement("SELECT question_id, correct FROM answers WHERE run_id = ?")) {
            select.setInt(1, runId);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    answered.set(rows.getInt(1));
                    correct += rows.getBoolean(2) ? 1 : 0;
                }
            }
        }
        return new Committed(shards, answered, correct);
    }
}
