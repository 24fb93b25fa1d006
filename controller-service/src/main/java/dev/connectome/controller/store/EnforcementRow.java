package dev.connectome.controller.store;

import java.time.Instant;

/**
 * Whether decisions stop runs.
 *
 * @param suspended whether they are only recorded instead
 * @param reason why it is as it is, for people
 * @param actor who made it so
 * @param updateTime when
 */
public record EnforcementRow(boolean suspended, String reason, String actor, Instant updateTime) {}
