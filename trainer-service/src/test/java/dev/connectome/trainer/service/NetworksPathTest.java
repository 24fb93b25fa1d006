package dev.connectome.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworksPathTest {

  @TempDir Path directory;

  private Path jar(String name, String entry) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    try (var jar = new JarOutputStream(Files.newOutputStream(file))) {
      jar.putNextEntry(new JarEntry(entry));
    }
    return file;
  }

  @Test
  void opensJarsAndFoldersOfJars() throws Exception {
    Path one = jar("one.jar", "first");
    jar("folder/two.jar", "second");
    jar("folder/three.jar", "third");
    String path = one + File.pathSeparator + directory.resolve("folder");

    try (URLClassLoader networks = NetworksPath.open(path)) {
      assertThat(networks.getResource("first")).isNotNull();
      assertThat(networks.getResource("second")).isNotNull();
      assertThat(networks.getResource("third")).isNotNull();
    }
  }

  @Test
  void anEmptyPathHasNoJars() throws Exception {
    try (URLClassLoader networks = NetworksPath.open("")) {
      assertThat(networks.getURLs()).isEmpty();
    }
  }

  @Test
  void reportsMissingFilesAndFoldersWithoutJars() throws IOException {
    assertThatThrownBy(() -> NetworksPath.open(directory.resolve("gone.jar").toString()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "networks path %s does not exist; give a jar or a folder of jars"
                .formatted(directory.resolve("gone.jar")));
    assertThatThrownBy(() -> NetworksPath.open(directory.toString()))
        .hasMessageContaining("has no jars");
  }
}
