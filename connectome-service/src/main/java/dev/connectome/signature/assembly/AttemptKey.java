package dev.connectome.signature.assembly;

import java.util.UUID;

/** An attempt of a run. */
public record AttemptKey(UUID runUid, int attempt) {}
