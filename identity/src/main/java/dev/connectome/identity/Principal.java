package dev.connectome.identity;

import java.util.regex.Pattern;

/**
 * Who calls.
 *
 * @param name 1 to 64 printable ASCII characters without spaces
 */
public record Principal(String name, Role role) {

  private static final Pattern NAME = Pattern.compile("[!-~]{1,64}");

  /** Whoever calls where nobody is asked who they are. */
  public static final Principal ANYBODY = new Principal("anybody", Role.ADMIN);

  /**
   * @throws IllegalArgumentException if the name is something else
   */
  public Principal {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "a name must be 1 to 64 printable ASCII characters without spaces");
    }
  }

  /** Whether a text can be a name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}
