package io.gatehouse.pg;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** The open portals of a session by name; a cursor is one, too, and the one without a name is used again and again. */
final class Portals {
    /** As many as a session may have at a time. */
    private static final int MAX_PORTALS = 64;

    private final Map<String, Portal> open = new HashMap<>();

    /** @throws PgError 34000 if there is none of that name */
    Portal get(String name) {
        Portal found = open.get(name);
        if (found == null) {
            throw new PgError("34000", "There is no cursor \"%s\".".formatted(name));
        }
        return found;
    }

    /** Opens a portal under a free name; one without a name replaces the last such. */
    void open(String name, Portal portal) {
        if (!name.isEmpty() && open.containsKey(name)) {
            throw new PgError("42P03", "The cursor \"%s\" exists already.".formatted(name));
        }
        close(name);
        if (open.size() >= MAX_PORTALS) {
            throw new PgError("54000", "A session may have %d cursors.".formatted(MAX_PORTALS));
        }
        open.put(name, portal);
    }

    /** Closes a portal, if there is one of that name. */
    void close(String name) {
        Portal closed = open.remove(name);
        if (closed != null) {
            closed.close();
        }
    }

    void closeAll() {
        closeIf(true);
    }

    /** Closes those that end with a transaction. */
    void closeUnheld() {
        closeIf(false);
    }

    private void closeIf(boolean evenHoldable) {
        for (Iterator<Portal> all = open.values().iterator(); all.hasNext(); ) {
            Portal portal = all.next();
            if (evenHoldable || !portal.isHoldable()) {
                all.remove();
                portal.close();
            }
        }
    }

    /** Ends the portal that has these rows, for a reason that its client learns when it asks for more. */
    void fail(ResultRows rows, Throwable cause) {
        RuntimeException reason = cause instanceof GatehouseException known
                ? known
                : new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The query was cancelled.", cause);
        open.values().stream().filter(portal -> portal.has(rows)).forEach(portal -> portal.fail(reason));
    }
}
