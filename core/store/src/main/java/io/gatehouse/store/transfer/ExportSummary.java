package io.gatehouse.store.transfer;

/**
 * The size of an export.
 *
 * @param bytes size of all files together
 */
public record ExportSummary(int runs, int shards, int files, long bytes) {}
