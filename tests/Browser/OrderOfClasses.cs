using System.Reflection;
using ServerlessDrives.Tests.Browser;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(OrderOfClasses))]

namespace ServerlessDrives.Tests.Browser;

/// <summary>The classes with the most tests begin first, so that none of them is left to run alone at the end.</summary>
public sealed class OrderOfClasses : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
    {
        var classes = typeof(OrderOfClasses).Assembly.GetTypes().Where(type => type.IsPublic).ToList();
        return [.. testCollections.OrderByDescending(Tests)];

        // A class without a named collection is a collection by itself, whose display name contains the class name.
        int Tests(TTestCollection collection) =>
            classes.FirstOrDefault(type => collection.TestCollectionDisplayName.Split(' ').Contains(type.FullName))
                ?.GetMethods()
                .Count(method => method.GetCustomAttribute<FactAttribute>() is not null) ?? 0;
    }
}
