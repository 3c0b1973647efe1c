package io.gatehouse.server.query.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One short query and one long one at a time, unless a test says otherwise. */
@Timeout(20)
final class TestAdmission {
    /** Milliseconds that a query may compute at least, and a few more. */
    private static final long TURN = 210;

    private final Admission admission = new Admission(1, 1, 3, Duration.ofSeconds(10));
    private final AtomicInteger statements = new AtomicInteger();

    private static void nothing() {}

    private ComputeSlot enter() {
        return enter("SELECT x" + "x".repeat(statements.incrementAndGet()));
    }

    private ComputeSlot enter(String sql) {
        return admission.enter(sql, TestAdmission::nothing, TestAdmission::nothing);
    }

    private ComputeSlot enterLong() {
        ComputeSlot slot = enter();
        slot.becomeLong();
        return slot;
    }

    private static CompletableFuture<Void> awaiting(ComputeSlot slot) {
        return CompletableFuture.runAsync(() -> slot.await(TestAdmission::nothing));
    }

    private void awaitWaiting(int queries) throws InterruptedException {
        while (admission.waiting() != queries) {
            Thread.sleep(1);
        }
    }

    @Test
    void aLongQueryMakesRoomForAShortOne() {
        try (ComputeSlot first = enterLong();
                ComputeSlot second = enter()) {
            assertThat(first.isShort()).isFalse();
            assertThat(first.isWaiting()).as("computes").isFalse();
            assertThat(second.isShort()).isTrue();
        }
        assertEmpty();
    }

    @Test
    void longQueriesComputeInTheOrderInWhichTheyAsked() throws Exception {
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        ComputeSlot first = enterLong();
        List<CompletableFuture<Void>> others = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int number = i;
            ComputeSlot slot = enterLong();
            assertThat(slot.isWaiting()).isTrue();
            others.add(CompletableFuture.runAsync(() -> {
                slot.await(TestAdmission::nothing);
                order.add(number);
                slot.close();
            }));
            awaitWaiting(i + 1);
        }
        first.close();
        for (CompletableFuture<Void> other : others) {
            other.get(10, TimeUnit.SECONDS);
        }
        assertThat(order).containsExactly(0, 1, 2);
        assertEmpty();
    }

    @Test
    void thoseThatAreJustLongComeFirst() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        ComputeSlot old = enterLong();
        Thread.sleep(TURN);
        old.pause();
        ComputeSlot computing = enterLong();
        CompletableFuture<Void> oldWaits = CompletableFuture.runAsync(() -> {
            old.await(TestAdmission::nothing);
            order.add("old");
            old.close();
        });
        awaitWaiting(1);
        ComputeSlot young = enterLong();
        CompletableFuture<Void> youngWaits = CompletableFuture.runAsync(() -> {
            young.await(TestAdmission::nothing);
            order.add("young");
            young.close();
        });
        awaitWaiting(2);
        computing.close();
        youngWaits.get(10, TimeUnit.SECONDS);
        oldWaits.get(10, TimeUnit.SECONDS);
        assertThat(order).containsExactly("young", "old");
        assertEmpty();
    }

    /** Afterwards it is one of many, and those that it came before go on. */
    @Test
    void aTurnEndsForOneThatIsJustLong() throws Exception {
        ComputeSlot old = enterLong();
        Thread.sleep(2 * TURN);
        assertThat(old.tryEndTurn()).as("nobody waits").isFalse();
        ComputeSlot young = enterLong();
        CompletableFuture<Void> youngWaits = awaiting(young);
        awaitWaiting(1);
        assertThat(old.tryEndTurn()).isTrue();
        assertThat(old.isWaiting()).isTrue();
        youngWaits.get(10, TimeUnit.SECONDS);

        CompletableFuture<Void> oldWaits = awaiting(old);
        awaitWaiting(1);
        Thread.sleep(2 * TURN);
        assertThat(young.tryEndTurn()).isTrue();
        oldWaits.get(10, TimeUnit.SECONDS);
        CompletableFuture<Void> youngWaitsAgain = awaiting(young);
        awaitWaiting(1);
        Thread.sleep(3 * TURN);
        assertThat(old.tryEndTurn())
                .as("both have computed for more than two turns")
                .isFalse();
        old.close();
        youngWaitsAgain.get(10, TimeUnit.SECONDS);
        young.close();
        assertEmpty();
    }

    /** Short turns would cost more than they give. It has computed for half a turn before, and has the rank of a whole one. */
    @Test
    void aTurnDoesNotEndBeforeItsTime() throws Exception {
        ComputeSlot old = enterLong();
        Thread.sleep(TURN / 2);
        old.pause();
        long start = System.nanoTime();
        old.await(TestAdmission::nothing);
        ComputeSlot young = enterLong();
        CompletableFuture<Void> waiting = awaiting(young);
        awaitWaiting(1);
        Thread.sleep(TURN / 2 + 20);
        boolean ended = old.tryEndTurn();
        assumeThat(System.nanoTime() - start).as("a machine in time").isLessThan(ComputeSlot.FIRST_TURN_NANOS);
        assertThat(ended).isFalse();
        Thread.sleep(TURN);
        assertThat(old.tryEndTurn()).isTrue();
        waiting.get(10, TimeUnit.SECONDS);
        young.close();
        old.close();
        assertEmpty();
    }

    /** It begins again at each turn: turns that do not grow would never let it end. */
    @Test
    void aTurnIsAsLongAsAllBeforeIt() throws Exception {
        ComputeSlot old = enterLong();
        Thread.sleep(3 * TURN);
        old.pause();
        old.await(TestAdmission::nothing);
        ComputeSlot young = enterLong();
        CompletableFuture<Void> youngWaits = awaiting(young);
        awaitWaiting(1);
        Thread.sleep(TURN);
        assertThat(old.tryEndTurn()).isFalse();
        Thread.sleep(3 * TURN);
        assertThat(old.tryEndTurn()).isTrue();
        youngWaits.get(10, TimeUnit.SECONDS);
        young.close();
        old.close();
        assertEmpty();
    }

    private void ended(String sql, long computingMillis) throws InterruptedException {
        try (ComputeSlot slot = enter(sql)) {
            slot.becomeLong();
            Thread.sleep(computingMillis);
        }
    }

    /** It takes no time from short queries until it has a turn. */
    @Test
    void aStatementThatWasLongIsLongFromTheBeginning() throws Exception {
        ended("SELECT sum(a.x) FROM a, b WHERE b.y = 'it''s' AND a.z < 15", 2 * TURN);
        ComputeSlot computing = enterLong();
        CompletableFuture<ComputeSlot> again = CompletableFuture.supplyAsync(
                () -> enter("SELECT sum(a.x) FROM a, b WHERE b.y = 'anything' AND a.z < 4"));
        awaitWaiting(1);
        try (ComputeSlot other = enter("SELECT sum(a.x) FROM a, b WHERE b.y = a.y AND a.z < 4")) {
            assertThat(other.isShort()).as("another statement").isTrue();
        }
        assertThat(again).isNotDone();
        computing.close();
        try (ComputeSlot slot = again.get(10, TimeUnit.SECONDS)) {
            assertThat(slot.isShort()).isFalse();
            assertThat(slot.isWaiting()).as("computes").isFalse();
            slot.begin();
        }
        try (ComputeSlot slot = enter("SELECT sum(a.x) FROM a, b WHERE b.y = '' AND a.z < 0")) {
            assertThat(slot.isShort()).as("it did not reach its last row").isFalse();
            slot.begin();
            slot.complete();
        }
        try (ComputeSlot slot = enter("SELECT sum(a.x) FROM a, b WHERE b.y = '' AND a.z < 0")) {
            assertThat(slot.isShort()).as("it was short just now").isTrue();
        }
        assertEmpty();
    }

    /** One that was slow once, beside others. */
    @Test
    void aStatementThatWasJustLongIsShortTheNextTime() throws Exception {
        ended("SELECT 2", TURN);
        try (ComputeSlot slot = enter("SELECT 2")) {
            assertThat(slot.isShort()).isTrue();
        }
        assertEmpty();
    }

    /** Planned again, or interrupted and started again: what counts is how long it takes from its beginning. */
    @Test
    void onlyTheLastAttemptOfAStatementCounts() throws Exception {
        try (ComputeSlot slot = enter("SELECT 2")) {
            slot.becomeLong();
            Thread.sleep(2 * TURN);
            slot.pause();
            slot.await(TestAdmission::nothing);
            slot.begin();
        }
        try (ComputeSlot slot = enter("SELECT 2")) {
            assertThat(slot.isShort()).isTrue();
        }
    }

    /** The others are for short queries that become long. */
    @Test
    void statementsThatWereLongTakeHalfOfThePlaces() throws Exception {
        ended("SELECT 2", 2 * TURN);
        ComputeSlot computing = enterLong();
        CompletableFuture<ComputeSlot> again = CompletableFuture.supplyAsync(() -> enter("SELECT 2"));
        awaitWaiting(1);
        assertThatThrownBy(() -> enter("SELECT 2")).hasMessageContaining("2 long queries run or wait");
        enter().close();
        computing.close();
        again.get(10, TimeUnit.SECONDS).close();
        assertEmpty();
    }

    /** A query that is just long, with whatever statement, does not wait for those of which it is known before. */
    @Test
    void statementsThatWereLongComeAfterThoseThatAreJustLong() throws Exception {
        ended("SELECT 2", 2 * TURN);
        ComputeSlot computing = enterLong();
        CompletableFuture<ComputeSlot> again = CompletableFuture.supplyAsync(() -> enter("SELECT 2"));
        awaitWaiting(1);
        ComputeSlot young = enterLong();
        CompletableFuture<Void> youngWaits = awaiting(young);
        awaitWaiting(2);
        computing.close();
        youngWaits.get(10, TimeUnit.SECONDS);
        assertThat(again).isNotDone();
        young.close();
        again.get(10, TimeUnit.SECONDS).close();
        assertEmpty();
    }

    @Test
    void fingerprintsAreOfWhatIsNeitherANumberNorALiteralNorAComment() {
        String fingerprint = LongStatements.fingerprint("SELECT \"it's\" FROM run_1 WHERE x < 4 AND y = 'a'");
        assertThat(List.of(
                        "SELECT \"it's\" FROM run_1 WHERE x < 4.5e10 AND y = 'it''s'",
                        "SELECT \"it's\" FROM run_1 WHERE x < 17 AND y = ''",
                        "SELECT \"it's\" FROM run_1 WHERE x < 4 AND y = 'no end"))
                .map(LongStatements::fingerprint)
                .containsOnly(fingerprint);
        assertThat(List.of(
                        "SELECT \"it's\" FROM run_2 WHERE x < 4 AND y = 'a'",
                        "SELECT \"its\" FROM run_1 WHERE x < 4 AND y = 'a'",
                        "-- don't\nSELECT 1",
                        "-- don't\nSELECT 1, 2",
                        "/* don't */ SELECT x",
                        "/* don't */ SELECT y"))
                .map(LongStatements::fingerprint)
                .doesNotContain(fingerprint)
                .doesNotHaveDuplicates();
        assertThat(LongStatements.fingerprint("-- don't\nSELECT 1 /* or */"))
                .isEqualTo(LongStatements.fingerprint("--\nSELECT 2 /**/"));
    }

    /** That it gave up or was refused says nothing about it. */
    @Test
    void aStatementThatNeverComputedStaysLong() throws Exception {
        ended("SELECT 2", 2 * TURN);
        ComputeSlot computing = enterLong();
        assertThatThrownBy(() -> admission.enter("SELECT 2", TestAdmission::nothing, () -> {
                    throw new IllegalStateException("enough");
                }))
                .hasMessage("enough");
        computing.close();
        try (ComputeSlot slot = enter("SELECT 2")) {
            assertThat(slot.isShort()).isFalse();
        }
        assertEmpty();
    }

    /** Its thread waits for a client: a slot would be lost on it. */
    @Test
    void aPausedQueryThatBecomesLongTakesNoSlot() {
        ComputeSlot paused = enter();
        paused.pause();
        paused.becomeLong();
        try (ComputeSlot other = enterLong()) {
            assertThat(paused.isWaiting()).isTrue();
            assertThat(other.isWaiting()).isFalse();
        }
        paused.await(TestAdmission::nothing);
        assertThat(paused.isWaiting()).isFalse();
        paused.close();
        assertEmpty();
    }

    @Test
    void aBorrowedSlotComesBackBeforeOthersHaveOne() throws Exception {
        ComputeSlot first = enterLong();
        ComputeSlot borrower = enterLong();
        assertThat(borrower.borrow()).isTrue();
        ComputeSlot refused = enterLong();
        assertThat(refused.borrow()).as("a second slot beyond one").isFalse();
        CompletableFuture<Void> waiting = awaiting(refused);
        awaitWaiting(1);
        first.close();
        Thread.sleep(50);
        assertThat(waiting).isNotDone();
        borrower.close();
        waiting.get(10, TimeUnit.SECONDS);
        refused.close();
        assertEmpty();
    }

    /** It would lose its work for nobody. */
    @Test
    void aTurnDoesNotEndWhileASlotIsBorrowed() throws Exception {
        ComputeSlot computing = enterLong();
        ComputeSlot borrower = enterLong();
        assertThat(borrower.borrow()).isTrue();
        ComputeSlot young = enterLong();
        CompletableFuture<Void> waiting = awaiting(young);
        awaitWaiting(1);
        Thread.sleep(2 * TURN);
        assertThat(computing.tryEndTurn()).isFalse();
        borrower.close();
        assertThat(computing.tryEndTurn()).isTrue();
        waiting.get(10, TimeUnit.SECONDS);
        young.close();
        computing.close();
        assertEmpty();
    }

    /** It would wait for what it has. */
    @Test
    void whoeverIsInTheQueueBorrowsNothing() throws Exception {
        ComputeSlot first = enterLong();
        ComputeSlot second = enterLong();
        CompletableFuture<Void> waiting = awaiting(second);
        awaitWaiting(1);
        assertThat(second.borrow()).isTrue();
        first.close();
        waiting.get(10, TimeUnit.SECONDS);
        second.close();
        assertEmpty();
    }

    @Test
    void refusesWhatComesWhenTooManyWait() throws Exception {
        ComputeSlot running = enter();
        List<CompletableFuture<ComputeSlot>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(CompletableFuture.supplyAsync(this::enter));
            awaitWaiting(i + 1);
        }
        assertThatThrownBy(this::enter).hasMessageContaining("3 queries wait, and 1 run");
        running.close();
        for (CompletableFuture<ComputeSlot> next : waiting) {
            next.get(10, TimeUnit.SECONDS).close();
        }
        assertEmpty();
    }

    @Test
    void whoeverGivesUpLeavesNothing() throws Exception {
        ComputeSlot running = enter();
        CompletableFuture<ComputeSlot> late =
                CompletableFuture.supplyAsync(() -> admission.enter("SELECT 1", TestAdmission::nothing, () -> {
                    throw new IllegalStateException("enough");
                }));
        assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("enough");
        assertThatThrownBy(() -> admission.enter(
                        "SELECT 1",
                        () -> {
                            throw new IllegalStateException("a listener failed");
                        },
                        TestAdmission::nothing))
                .hasMessage("a listener failed");
        running.close();
        running.close();
        assertEmpty();
    }

    /** As many slots are free as at the beginning, and no more. */
    private void assertEmpty() {
        assertThat(admission.waiting()).isZero();
        ComputeSlot shortOne = enter();
        shortOne.becomeLong();
        assertThat(shortOne.isWaiting()).isFalse();
        ComputeSlot another = enter();
        another.becomeLong();
        assertThat(another.isWaiting()).isTrue();
        ComputeSlot third = enter();
        third.close();
        another.close();
        shortOne.close();
    }
}
