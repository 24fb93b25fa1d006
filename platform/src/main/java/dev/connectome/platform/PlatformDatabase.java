package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** The way to the database of a platform on this machine, past its services. */
public final class PlatformDatabase {
  private PlatformDatabase() {}

  /**
   * Opens a connection as the controller's own user.
   *
   * @param endpoints where the platform listens
   * @param stateDirectory where its password is
   * @return the connection
   * @throws PlatformException if the database cannot be reached
   */
  public static Connection connect(Endpoints endpoints, Path stateDirectory) {
    try {
      String password =
          Files.readString(new StateDirectory(stateDirectory).postgres().password()).strip();
      return DriverManager.getConnection(
          endpoints.postgres().jdbcUrl(), PostgresServer.USER, password);
    } catch (IOException e) {
      throw PlatformException.failed(
          "the password of the database cannot be read: " + IoMessages.of(e), e);
    } catch (SQLException e) {
      throw PlatformException.failed("the database cannot be reached: " + e.getMessage(), e);
    }
  }
}
