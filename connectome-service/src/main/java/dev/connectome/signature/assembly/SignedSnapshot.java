package dev.connectome.signature.assembly;

/**
 * A snapshot that has a signature and whose connectome is kept.
 *
 * @param epoch its epoch, from 1
 * @param neurons its number of neurons (P), which determines the size of the connectome
 */
public record SignedSnapshot(int epoch, int neurons) {}
