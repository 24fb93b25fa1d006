package dev.connectome.controller.launch;

import java.util.UUID;

/** Identifies an attempt among those of all runs. */
record AttemptKey(UUID runUid, int attempt) {}
