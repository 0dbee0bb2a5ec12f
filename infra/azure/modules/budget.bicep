metadata description = 'Tells when the resource group costs more than it is meant to. It stops nothing.'

@description('For a month, in the subscription\'s currency.')
param amount int

@description('First day of the first month.')
@minLength(10)
param start string
param email string

resource budget 'Microsoft.Consumption/budgets@2026-06-01' = {
  name: 'budget-drives'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: {
      spent: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: [email] }
      foreseen: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: [email] }
    }
  }
}
