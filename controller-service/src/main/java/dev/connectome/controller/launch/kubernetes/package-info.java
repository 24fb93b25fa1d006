/**
 * Trainers as Kubernetes Jobs. {@link dev.connectome.controller.launch.kubernetes.Reconciliation}
 * decides, without side effects; the launcher acts.
 */
@NullMarked
package dev.connectome.controller.launch.kubernetes;

import org.jspecify.annotations.NullMarked;
