using System.Globalization;
using System.Text;

namespace ServerlessDrives.Embedded.DurableTask;

/// <summary>
/// The rows of a task hub. All are in one partition, so that one transaction can hold all that belongs together;
/// every row key is unique in the table, since Azurite finds rows by row key first.
/// </summary>
internal static class Keys
{
    public const string Partition = "hub";

    /// <summary>Who owns the hub.</summary>
    public const string Hub = "h|";

    /// <summary>Above everything that starts with a prefix: ids are escaped to characters below it.</summary>
    public const string End = "~";

    /// <summary>The row that every transaction of an epoch touches, and that the next epoch deletes.</summary>
    public static string Lane(long epoch) => string.Create(CultureInfo.InvariantCulture, $"l|{epoch:D10}");

    /// <summary>An instance: its state and the youngest part of its history.</summary>
    public static string Instance(string id) => $"s|{Escape(id)}";

    /// <summary>An older part of an instance's history.</summary>
    public static string Chunk(string id, string generation, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Chunks(id, generation)}{number:D6}");

    /// <summary>What the keys of a generation's chunks begin with.</summary>
    public static string Chunks(string id, string generation) => $"c|{Escape(id)}|{generation}|";

    /// <summary>A letter that an instance has not opened.</summary>
    public static string Letter(string to, string order) => $"i|{Escape(to)}|{order}";

    /// <summary>Letters that an instance has written and that are not yet delivered.</summary>
    public static string Bundle(string order) => $"o|{order}";

    /// <summary>Says that an instance has something to do.</summary>
    public static string Ready(string id) => $"r|{Escape(id)}";

    /// <summary>Says when an instance has something to do.</summary>
    public static string Due(DateTime due, string id) => $"{DueAt(due)}|{Escape(id)}";

    public static string DueAt(DateTime due) => string.Create(CultureInfo.InvariantCulture, $"t|{due.Ticks:D19}");

    public static string Escape(string id)
    {
        var escaped = new StringBuilder(id.Length);
        foreach (var letter in id)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':' or '@')
                escaped.Append(letter);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"!{(int)letter:X4}");
        }

        return escaped.ToString();
    }
}
