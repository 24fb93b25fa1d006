package dev.connectome.signature.compute;

import dev.connectome.topology.FunctionalConnectome;

/**
 * The connectome of an earlier snapshot of the same attempt.
 *
 * @param epoch its epoch, from 1
 * @param connectome the connectome
 */
public record EarlierConnectome(int epoch, FunctionalConnectome connectome) {}
