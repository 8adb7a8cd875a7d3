using System.Data.Common;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Partnership.ServiceDefaults;

/// <summary>
/// What may be said of a failure outside the process. Messages of exceptions quote values (a parser repeats what it could
/// not read, a database the row that was in the way), so only types and places are told.
/// </summary>
public static partial class Redaction
{
    /// <summary>Stands where a message was.</summary>
    public const string Mark = "[redacted]";

    /// <summary>Types and stack frames of an exception and what caused it, without any message.</summary>
    public static string Describe(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var text = new StringBuilder();
        Append(text, error, depth: 0);
        return text.ToString();
    }

    /// <summary>A log line without the messages of the exception it reports; some libraries log <c>error.Message</c> itself.</summary>
    public static string WithoutMessages(string line, Exception? error)
    {
        ArgumentNullException.ThrowIfNull(line);
        for (var at = error; at is not null; at = at.InnerException)
        {
            if (at.Message.Length > 0)
                line = line.Replace(at.Message, Mark, StringComparison.Ordinal);
        }

        return line;
    }

    /// <summary>A database statement with its quoted literals replaced by <c>?</c>; parameters are never part of it.</summary>
    public static string Statement(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        return Literal().Replace(sql, "?");
    }

    private static void Append(StringBuilder text, Exception error, int depth)
    {
        if (depth > 0)
            text.Append('\n').Append(' ', depth).Append("caused by ");
        text.Append(error.GetType().FullName);
        // The five characters say which constraint of SQL was broken, and nothing of what broke it.
        if (error is DbException { SqlState: { } state })
            text.Append(" (").Append(state).Append(')');
        foreach (var frame in new StackTrace(error, fNeedFileInfo: false).GetFrames())
        {
            if (frame.GetMethod() is { } method)
                text.Append('\n').Append(' ', depth).Append(" at ").Append(method.DeclaringType?.FullName).Append('.').Append(method.Name);
        }

        // Cycles do not occur; very long chains do, and tell nothing new.
        if (depth >= 8)
            return;
        if (error is AggregateException several)
        {
            foreach (var inner in several.InnerExceptions)
                Append(text, inner, depth + 1);
        }
        else if (error.InnerException is { } inner)
        {
            Append(text, inner, depth + 1);
        }
    }

    [GeneratedRegex(@"'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", RegexOptions.Singleline, matchTimeoutMilliseconds: 200)]
    private static partial Regex Literal();
}
