package dev.connectome.controller.run;

import java.util.Set;

/**
 * Who did something to a run: a part of the platform, or a caller by the name that the caller gave.
 */
public record Actor(String name) {

  public static final Actor CONTROLLER = new Actor("controller");
  public static final Actor TRAINER = new Actor("trainer");
  public static final Actor LAUNCHER = new Actor("launcher");
  public static final Actor KUBERNETES = new Actor("kubernetes");

  private static final String POLICY = "policy ";
  private static final Set<Actor> PARTS = Set.of(CONTROLLER, TRAINER, LAUNCHER, KUBERNETES);

  public static Actor policy(String id) {
    return new Actor(POLICY + id);
  }

  /** A caller, who is never taken for a part of the platform. */
  public static Actor caller(String name) {
    return PARTS.contains(new Actor(name)) || name.startsWith(POLICY)
        ? new Actor("caller " + name)
        : new Actor(name);
  }
}
