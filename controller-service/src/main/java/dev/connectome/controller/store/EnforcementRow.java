package dev.connectome.controller.store;

import java.time.Instant;

/**
 * Whether decisions stop runs.
 *
 * @param suspended whether decisions are only recorded
 */
public record EnforcementRow(boolean suspended, String reason, String actor, Instant updateTime) {}
