package dev.connectome.cli.signature;

import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;

/** Charts of one size, stacked in one picture. */
public final class ChartStack {
  /** In pixels. */
  public static final int WIDTH = 960;

  /** In pixels. */
  public static final int HEIGHT = 320;

  private final List<Chart<?, ?>> panels;

  /** Stacks charts from top to bottom. */
  public ChartStack(List<Chart<?, ?>> panels) {
    this.panels = List.copyOf(panels);
  }

  /** The types of file that can be written. */
  public enum Type {
    SVG,
    PNG;

    /** The type by the extension of a file; null if it is another. */
    static @Nullable Type of(Path file) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      return name.endsWith(".svg") ? SVG : name.endsWith(".png") ? PNG : null;
    }
  }

  /** Writes the picture; creates the directory of the file if it is missing. */
  public void write(Path file, Type type) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    switch (type) {
      case SVG -> {
        var svg = new SVGGraphics2D(emptySvg());
        svg.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT * panels.size()));
        paint(svg);
        try (Writer writer = Files.newBufferedWriter(file)) {
          svg.stream(writer, true);
        }
      }
      case PNG -> {
        var image = new BufferedImage(WIDTH, HEIGHT * panels.size(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        paint(graphics);
        graphics.dispose();
        try (var stream = Files.newOutputStream(file)) {
          ImageIO.write(image, "png", stream);
        }
      }
    }
  }

  private static Document emptySvg() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK's own XML parser is not configured", e);
    }
  }

  private void paint(Graphics2D graphics) {
    for (Chart<?, ?> panel : panels) {
      Shape clip = graphics.getClip();
      panel.paint(graphics, WIDTH, HEIGHT);
      graphics.setClip(clip);
      graphics.translate(0, HEIGHT);
    }
  }
}
