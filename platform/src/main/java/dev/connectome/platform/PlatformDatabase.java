package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Direct access to the database of a platform on this machine. */
public final class PlatformDatabase {
  private PlatformDatabase() {}

  /**
   * Connects as the controller's user.
   *
   * @throws PlatformException if the database cannot be reached
   */
  public static Connection connect(Endpoints endpoints, Path stateDirectory) {
    try {
      Path password = new StateDirectory(stateDirectory).postgres().password();
      return DriverManager.getConnection(
          endpoints.postgres().jdbcUrl(), PostgresServer.USER, Files.readString(password).strip());
    } catch (IOException e) {
      throw PlatformException.failed(
          "the password of the database cannot be read: " + IoMessages.of(e), e);
    } catch (SQLException e) {
      throw PlatformException.failed("the database cannot be reached: " + e.getMessage(), e);
    }
  }
}
