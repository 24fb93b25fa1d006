/** What the reports of commands share: tables, output formats, confidence intervals. */
@NullMarked
package dev.connectome.cli.report;

import org.jspecify.annotations.NullMarked;
