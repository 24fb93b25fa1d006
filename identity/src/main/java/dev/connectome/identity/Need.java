package dev.connectome.identity;

import java.util.EnumSet;
import java.util.Set;

/** What a method asks of who calls it. */
public enum Need {
  /** Nothing: the answer says no more than that the service is there. */
  OPEN(EnumSet.allOf(Role.class)),
  /** To be known. */
  KNOWN(EnumSet.allOf(Role.class)),
  /** To do what trainers do. */
  TRAIN(EnumSet.of(Role.TRAINER, Role.OPERATOR, Role.ADMIN)),
  /** To read. */
  VIEW(EnumSet.of(Role.VIEWER, Role.OPERATOR, Role.ADMIN)),
  /** To change runs. */
  OPERATE(EnumSet.of(Role.OPERATOR, Role.ADMIN)),
  /** To change what holds for all runs. */
  ADMINISTER(EnumSet.of(Role.ADMIN));

  private final Set<Role> roles;

  Need(Set<Role> roles) {
    this.roles = roles;
  }

  /** Whether a role is enough. */
  public boolean isMetBy(Role role) {
    return roles.contains(role);
  }

  /** The least role for people that is enough, for messages. */
  public Role least() {
    return switch (this) {
      case OPEN, KNOWN, VIEW -> Role.VIEWER;
      case TRAIN -> Role.TRAINER;
      case OPERATE -> Role.OPERATOR;
      case ADMINISTER -> Role.ADMIN;
    };
  }

  /** Whether what was called changes what people have asked for. */
  public boolean changes() {
    return this == OPERATE || this == ADMINISTER;
  }
}
