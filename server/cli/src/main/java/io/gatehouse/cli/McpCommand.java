package io.gatehouse.cli;

import io.gatehouse.cli.sql.QueryTarget;
import io.gatehouse.cli.terminal.GatehouseVersion;
import io.gatehouse.client.Session;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.mcp.McpLines;
import io.gatehouse.server.mcp.McpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "mcp",
        description = {
            "Serves an agent through the Model Context Protocol over standard input and output, read-only.",
            "The agent's program starts it and calls the tools query, describe, examples and study. A running server has the"
                    + " same at /mcp (docs/mcp.md). If a server has the file open, the calls go to that server."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  gatehouse mcp --db routing.duckdb"})
final class McpCommand implements Callable<Integer> {
    @Mixin
    private QueryTarget target = new QueryTarget();

    @Override
    public Integer call() {
        return target.ask(this::answer);
    }

    private int answer(Session session) {
        McpServer server = new McpServer(GatehouseVersion.current());
        try {
            // The protocol is UTF-8, whatever the locale.
            PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
            new McpLines(server, session, out)
                    .run(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
            return 0;
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Standard input cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatehouseException(ErrorCode.CANCELLED_BY_USER, "The command was interrupted.", e);
        }
    }
}
