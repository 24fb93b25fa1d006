package dev.connectome.trainer.service.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

/**
 * The images in a folder and in the folders below it, in the order of their paths. Links are
 * followed. What is no image is counted, and the names of some are kept.
 */
final class ImageTree {

  private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg", ".webp", ".bmp");
  private static final int NAMES = 3;

  private final List<Path> images = new ArrayList<>();
  private final List<String> others = new ArrayList<>();
  private int hidden;
  private int otherFiles;
  private int brokenLinks;

  /** Adds what is in a folder. */
  void add(Path folder) throws IOException {
    int before = images.size();
    Files.walkFileTree(
        folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new Visitor(folder));
    Collections.sort(images.subList(before, images.size()));
  }

  /** The images so far: folder by folder in the order in which they were added. */
  List<Path> images() {
    return Collections.unmodifiableList(images);
  }

  /** Counts a file that is in no folder of a class. */
  void skip(Path file) {
    if (DataSearch.isHidden(file)) {
      hidden++;
    } else {
      otherFiles++;
      if (others.size() < NAMES) {
        others.add(String.valueOf(file.getFileName()));
      }
    }
  }

  /** What was skipped and why, for people; empty if nothing was. */
  String skipped() {
    List<String> parts = new ArrayList<>();
    if (hidden > 0) {
      parts.add(hidden + " hidden");
    }
    if (otherFiles > 0) {
      parts.add(
          "%d no image of a class (%s%s)"
              .formatted(
                  otherFiles, String.join(", ", others), otherFiles > others.size() ? ", …" : ""));
    }
    if (brokenLinks > 0) {
      parts.add(brokenLinks + " links to nothing or in a circle");
    }
    return String.join(", ", parts);
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path root;

    Visitor(Path root) {
      this.root = root;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      if (!folder.equals(root) && DataSearch.isHidden(folder)) {
        hidden++;
        return FileVisitResult.SKIP_SUBTREE;
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
      if (!DataSearch.isHidden(file) && attributes.isSymbolicLink()) {
        brokenLinks++;
      } else if (!DataSearch.isHidden(file)
          && attributes.isRegularFile()
          && SUFFIXES.stream().anyMatch(name::endsWith)) {
        images.add(file);
      } else {
        skip(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof FileSystemLoopException) {
        brokenLinks++;
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }
  }
}
