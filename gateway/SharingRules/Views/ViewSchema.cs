using System.Reflection;

namespace Partnership.SharingRules;

/// <summary>A view in the contracts is not closed; the message names view and property.</summary>
public sealed class ViewSchemaException(string message) : Exception(message);

/// <summary>The closed shape of one record type's view: every property, its group and its kind.</summary>
public sealed class ViewSchema
{
    /// <summary>The record type, from <c>[RecordView]</c>.</summary>
    public string RecordType => throw new NotImplementedException();

    /// <summary>Field groups that occur in the view, in order of the matrix.</summary>
    public IReadOnlyList<string> Groups => throw new NotImplementedException();

    /// <exception cref="ViewSchemaException">A property without group or frame, of an open type, or an item key that is not first.</exception>
    public static ViewSchema For(Type view) => throw new NotImplementedException();

    /// <summary>Schemas of all views of an assembly.</summary>
    public static IReadOnlyList<ViewSchema> AllIn(Assembly assembly) => throw new NotImplementedException();
}
