"""Calls every tool with the official client of the Model Context Protocol: URL [TOKEN], or a command that speaks on stdio.

Prints one JSON object a line. Needs the package mcp 2.
"""

import json
import sys

import anyio
import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client


def show(step, value):
    print(json.dumps({"step": step, "value": value}), flush=True)


async def call(client, step, tool, arguments):
    result = await client.call_tool(tool, arguments)
    show(step, {"isError": result.is_error, "text": result.content[0].text, "structured": result.structured_content})


async def ask(transport, mode):
    async with Client(transport, mode=mode) as client:
        show("server", {"name": client.server_info.name, "protocol": client.protocol_version})
        tools = await client.list_tools()
        show("tools", [tool.name for tool in tools.tools])
        await call(client, "query", "query", {"sql": "SELECT run_id, name FROM runs ORDER BY run_id"})
        await call(client, "parameters", "query", {"sql": "SELECT count(*) AS n FROM experts WHERE layer = ?", "parameters": [1]})
        await call(client, "limit", "query", {"sql": "SELECT question_id FROM questions ORDER BY 1", "limit": 2})
        await call(client, "wrong", "query", {"sql": "SELECT layr FROM experts"})
        await call(client, "write", "query", {"sql": "DELETE FROM runs"})
        await call(client, "describe", "describe", {"name": "layer_load"})
        await call(client, "examples", "examples", {"about": "cache"})
        await call(client, "study", "study", {})


async def main(mode, where, *rest):
    if where.startswith("http"):
        headers = {"Authorization": "Bearer " + rest[0]} if rest else {}
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            await ask(streamable_http_client(where, http_client=http), mode)
    else:
        await ask(stdio_client(StdioServerParameters(command=where, args=list(rest))), mode)


anyio.run(main, *sys.argv[1:])
