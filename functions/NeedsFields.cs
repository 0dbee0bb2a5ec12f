namespace ServerlessDrives;

/// <summary>
/// Which fields of a body have to be there, by their names in JSON. Forms are read leniently, so their types don't say it.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsFieldsAttribute(params string[] fields) : Attribute
{
    public IReadOnlyList<string> Fields { get; } = fields;
}
