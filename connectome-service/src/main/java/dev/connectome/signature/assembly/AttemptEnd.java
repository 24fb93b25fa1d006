package dev.connectome.signature.assembly;

import java.util.UUID;

/**
 * Nothing more will be published in an attempt.
 *
 * @param runUid the run
 * @param attempt the attempt that ended, from 1
 */
public record AttemptEnd(UUID runUid, int attempt) implements ActivationMessage {}
