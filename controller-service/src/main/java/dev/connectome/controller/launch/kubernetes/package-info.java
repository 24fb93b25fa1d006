/**
 * Trainers as Kubernetes Jobs. {@link dev.connectome.controller.launch.kubernetes.Reconciliation}
 * decides from what is observed, and is pure; the launcher acts.
 */
@NullMarked
package dev.connectome.controller.launch.kubernetes;

import org.jspecify.annotations.NullMarked;
