package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.io.PrintStream;
import java.nio.file.Path;

/** Says of a folder whether a trainer knows the data in it, without reading them. */
public final class DataCheck {

  private static final int BAD_INPUT = 2;

  private DataCheck() {}

  /**
   * Prints the format of the data, or what is wrong with them.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) {
    System.exit(check(Path.of(arguments[0]), System.out));
  }

  static int check(Path directory, PrintStream out) {
    try {
      out.println(DataFiles.format(directory));
      return 0;
    } catch (UserException e) {
      out.println(e.problem());
      return BAD_INPUT;
    }
  }
}
