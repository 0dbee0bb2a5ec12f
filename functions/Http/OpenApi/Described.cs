using System.Reflection;

namespace ServerlessDrives.Http;

/// <summary>
/// Reads what attributes say of a function, and of the one that it is <see cref="DescribedAsAttribute">described as</see>.
/// </summary>
internal static class Described
{
    public static IEnumerable<SummaryAttribute> Summaries(this MethodInfo method) =>
        Said<SummaryAttribute, bool>(method, _ => false, summary => summary.WithoutPath);

    public static IEnumerable<AnswersAttribute> Answers(this MethodInfo method) =>
        Said<AnswersAttribute, int>(method, answer => answer.Status, answer => answer.WithoutPath);

    public static IEnumerable<QueryAttribute> Queries(this MethodInfo method) =>
        Said<QueryAttribute, string>(method, query => query.Name, query => query.WithoutPath);

    public static IEnumerable<HeedsAttribute> Headers(this MethodInfo method) =>
        Said<HeedsAttribute, string>(method, heeds => heeds.Header, _ => false);

    public static ReadsAttribute? Reads(this MethodInfo method) =>
        Said<ReadsAttribute, bool>(method, _ => true, _ => false).FirstOrDefault();

    public static IEnumerable<string> Refusals(this MethodInfo method) =>
        Said<RefusesAttribute, RefusesAttribute>(method, refuses => refuses, _ => false).SelectMany(refuses => refuses.Codes);

    /// <param name="which">What two of the kind have in common that can't both hold.</param>
    /// <param name="isOfTheOther">What is said of a part of the other's route that this one doesn't have.</param>
    private static IEnumerable<T> Said<T, TKey>(MethodInfo method, Func<T, TKey> which, Func<T, bool> isOfTheOther)
        where T : Attribute
    {
        var own = method.GetCustomAttributes<T>().ToList();
        if (method.GetCustomAttribute<DescribedAsAttribute>() is not { } described)
            return own;
        var other =
            (described.Of ?? method.DeclaringType!).GetMethod(described.Method)
            ?? throw new InvalidOperationException(
                $"{method.DeclaringType?.Name}.{method.Name} is described as {described.Method}, which isn't there.");
        var taken = own.Select(which).ToHashSet();
        return own.Concat(other.GetCustomAttributes<T>().Where(said => !isOfTheOther(said) && !taken.Contains(which(said))));
    }
}
