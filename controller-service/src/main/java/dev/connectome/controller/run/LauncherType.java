package dev.connectome.controller.run;

/** Who starts the trainers of a run. */
public enum LauncherType {
  /** The controller, as processes on its machine. */
  LOCAL,
  /** The controller, as Kubernetes Jobs. */
  KUBERNETES,
  /** Someone else: trainers only register. */
  EXTERNAL
}
