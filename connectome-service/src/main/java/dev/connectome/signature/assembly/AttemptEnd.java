package dev.connectome.signature.assembly;

import java.util.UUID;

/**
 * Announces that an attempt will publish nothing more, so that what is held for it may go. It bars
 * nothing: a batch that comes all the same is taken.
 */
public record AttemptEnd(UUID runUid, int attempt) implements ActivationMessage {}
