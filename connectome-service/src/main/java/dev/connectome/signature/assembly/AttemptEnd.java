package dev.connectome.signature.assembly;

import java.util.UUID;

/** Announces that an attempt will publish nothing more. */
public record AttemptEnd(UUID runUid, int attempt) implements ActivationMessage {}
