package dev.connectome.signature.compute;

import dev.connectome.topology.SignatureDistance;
import java.util.OptionalDouble;

/**
 * The distances of a snapshot from an earlier one.
 *
 * @param epoch the epoch of the earlier one, from 1
 * @param sets the distances between the birth and death sets
 * @param connectome the distance between the connectomes; empty if their numbers of neurons differ
 */
public record Comparison(int epoch, SignatureDistance sets, OptionalDouble connectome) {}
