/** What the reports of commands share: tables, display of values, confidence intervals. */
@NullMarked
package dev.connectome.cli.report;

import org.jspecify.annotations.NullMarked;
