package dev.connectome.platform;

import java.nio.file.Path;

/**
 * What a PostgreSQL server keeps on disk.
 *
 * @param data the data directory, made at the first start
 * @param password the file with the password of the only user, made at the first start
 * @param log the file to which the server's output is appended
 * @param pid the {@link ProcessFile} of the server
 */
public record PostgresFiles(Path data, Path password, Path log, Path pid) {}
