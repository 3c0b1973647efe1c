package io.gatehouse.store.transfer;

/**
 * What an export wrote.
 *
 * @param bytes size of all files together
 */
public record ExportSummary(int runs, int shards, int files, long bytes) {}
