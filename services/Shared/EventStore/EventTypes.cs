using System.Reflection;

namespace Partnership.EventStore;

/// <summary>
/// Marks a property of an event (or of a view's index) as stored in the clear: ids, codes, dates and counts. Never free
/// text, never anything that describes a person. Everything unmarked is sealed. A test lists every use.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlainAttribute : Attribute;

/// <summary>The stored name of an event type, such as <c>marac.referral-submitted.v1</c>; outlives the class's name.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StoredNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Every event type of a service, by stored name and by CLR type. An unregistered type cannot be appended.</summary>
public sealed class EventTypes
{
    private readonly Dictionary<string, Type> byName = [];
    private readonly Dictionary<Type, string> byType = [];

    public IReadOnlyDictionary<string, Type> ByName => byName;

    /// <summary>Registers every class of the assembly that has a <see cref="StoredNameAttribute"/>.</summary>
    /// <exception cref="InvalidOperationException">Two types claim one name.</exception>
    public static EventTypes FromAssembly(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        var types = new EventTypes();
        foreach (var type in assembly.GetTypes())
        {
            if (type.GetCustomAttribute<StoredNameAttribute>(inherit: false) is { } stored)
                types.Add(stored.Name, type);
        }

        return types;
    }

    public EventTypes Add(string name, Type type)
    {
        if (!byName.TryAdd(name, type))
            throw new InvalidOperationException($"Two event types are stored as '{name}'.");
        byType.Add(type, name);
        return this;
    }

    public string NameOf(Type type) =>
        byType.TryGetValue(type, out var name)
            ? name
            : throw new InvalidOperationException($"{type.Name} is not a registered event type.");
}

/// <summary>
/// A stream holds an event whose stored name this release does not know: a newer one has written it. That stream cannot
/// be read here, since skipping an event would give a state that never was; all others can.
/// </summary>
/// <remarks>An <see cref="InvalidOperationException"/>, as every use of an unregistered type is.</remarks>
public sealed class UnknownEventTypeException : InvalidOperationException
{
    /// <summary>What operators and alerts know it by.</summary>
    public const string Code = "unknown-event-type";

    public UnknownEventTypeException() { }
    public UnknownEventTypeException(string message) : base(message) { }
    public UnknownEventTypeException(string message, Exception inner) : base(message, inner) { }

    public UnknownEventTypeException(Guid streamId, long version, string storedName)
        : base($"{Code}: the stored event type '{storedName}' is not registered.") =>
        (StreamId, Version, StoredName) = (streamId, version, storedName);

    public Guid StreamId { get; }

    public long Version { get; }

    public string StoredName { get; } = "";
}
