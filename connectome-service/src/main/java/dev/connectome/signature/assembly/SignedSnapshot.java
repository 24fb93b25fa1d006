package dev.connectome.signature.assembly;

/**
 * A snapshot that has a signature and whose connectome is kept, with the neighbours of its inputs
 * if they were computed.
 *
 * @param epoch its epoch, from 1
 * @param neurons its number of neurons (P), which determines the size of the connectome
 * @param inputs how many inputs have their neighbours kept: all (N) or none (0)
 */
public record SignedSnapshot(int epoch, int neurons, int inputs) {}
